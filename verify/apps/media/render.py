from store import RENDITIONS, sqs, uploads


# @klo::service(name = "renderer", max = 3, spot = true)
def main():
    while True:
        answer = sqs.receive_message(QueueUrl=RENDITIONS, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            original = uploads.Object(message["Body"]).get()["Body"].read()
            uploads.put_object(Key=f"renditions/{message['Body']}", Body=original)
            sqs.delete_message(QueueUrl=RENDITIONS, ReceiptHandle=message["ReceiptHandle"])


# @klo::job(name = "sweep", timeout = "10m", cpu = 1, memory = "2Gi")
def sweep():
    for item in uploads.objects.filter(Prefix="renditions/"):
        item.delete()


if __name__ == "__main__":
    main()
