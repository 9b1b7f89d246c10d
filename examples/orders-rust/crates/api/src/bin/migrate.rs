use storage::Orders;

// @klo::job(name = "migrate", run = "before-deploy")
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    Orders::connect().await?.migrate().await
}
