use storage::{Orders, ReceiptRequest, Receipts, Requests};

/// Writes receipts for the orders that ask for one.
struct Worker {
    orders: Orders,
    receipts: Receipts,
    requests: Requests,
}

impl Worker {
    async fn run(&self) -> anyhow::Result<()> {
        loop {
            for (request, handle) in self.requests.receive().await? {
                self.write(&request).await?;
                self.requests.done(&handle).await?;
            }
        }
    }

    async fn write(&self, request: &ReceiptRequest) -> anyhow::Result<()> {
        let Some(order) = self.orders.find(request.order).await? else {
            tracing::warn!(order = request.order, "there is no such order");
            return Ok(());
        };
        let key = self.receipts.write(&order).await?;
        self.orders.set_receipt(order.id, &key).await
    }
}

// @klo::service(name = "receipt-worker", cpu = 0.5, memory = "1Gi")
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt::init();
    let aws = aws_config::load_from_env().await;
    let worker = Worker {
        orders: Orders::connect().await?,
        receipts: Receipts::new(&aws)?,
        requests: Requests::new(&aws)?,
    };
    tokio::select! {
        ended = worker.run() => ended,
        _ = stopped() => Ok(()),
    }
}

/// Ends when the platform asks the process to.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    if let Ok(mut asked) = signal(SignalKind::terminate()) {
        asked.recv().await;
    }
}
