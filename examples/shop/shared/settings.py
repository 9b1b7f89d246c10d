from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What every program of the shop is told by its environment."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str
    redis_url: str = "redis://localhost:6379/0"
    receipts_bucket: str
    receipt_queue_url: str
    payments_url: str = "https://payments.example.com/v1"


settings = Settings()
