from sqlalchemy import text

from .stores import engine


# @klo::function(name = "postman", max = 5)
# @klo::trigger(queue = "letters")
def postman(letter: dict[str, str]) -> None:
    with engine.begin() as connection:
        connection.execute(text("insert into notes (id, body) values (:id, :body)"), letter)
