# What must stand before the rest for job.embed, stated in examples/inference/embedding/main.py at
# embed.
#
# inference, environment dev. Written by klo from the annotated source: change that instead.

# Holds its image.
resource "aws_ecr_repository" "job_embed" {
  name                 = "inference-dev-embed"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = true

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "AES256"
  }
}

# Old images go away.
resource "aws_ecr_lifecycle_policy" "job_embed" {
  repository = aws_ecr_repository.job_embed.name

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
