from fastapi import APIRouter, Response
from pydantic import TypeAdapter

from services.orders import cache
from services.orders.dependencies import Repository
from services.orders.schemas import ProductOut

router = APIRouter(tags=["catalog"])
products_json = TypeAdapter(list[ProductOut])


@router.get("/products", response_model=list[ProductOut])
def list_products(repository: Repository) -> Response:
    body = cache.cached_catalog()
    if body is None:
        products = products_json.validate_python(repository.products())
        body = products_json.dump_json(products).decode()
        cache.store_catalog(body)
    return Response(body, media_type="application/json")
