# What must stand before the rest for function.receipt-worker, stated in
# examples/shop/services/worker/main.py at write_receipt.
#
# shop, environment prod. Written by klo from the annotated source: change that instead.

# Holds its image.
resource "aws_ecr_repository" "function_receipt_worker" {
  name                 = "shop-prod-receipt-worker"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = false

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.main.arn
  }
}

# Old images go away.
resource "aws_ecr_lifecycle_policy" "function_receipt_worker" {
  repository = aws_ecr_repository.function_receipt_worker.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Images without a tag"
        selection = {
          tagStatus   = "untagged"
          countType   = "sinceImagePushed"
          countUnit   = "days"
          countNumber = 7
        }
        action = {
          type = "expire"
        }
      },
      {
        rulePriority = 2
        description  = "All but the newest images"
        selection = {
          tagStatus   = "any"
          countType   = "imageCountMoreThan"
          countNumber = 30
        }
        action = {
          type = "expire"
        }
      },
    ]
  })
}

# Lambda may pull its image.
resource "aws_ecr_repository_policy" "function_receipt_worker" {
  repository = aws_ecr_repository.function_receipt_worker.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LambdaPulls"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Condition = {
          ArnLike = {
            "aws:SourceArn" = "arn:aws:lambda:eu-west-1:123456789012:function:shop-prod-receipt-worker"
          }
        }
      },
    ]
  })
}
