# The job embed (job.embed), stated in examples/inference/embedding/main.py at embed.
#
# inference, environment dev. Written by klo from the annotated source: change that instead.

# What the unit's code may do.
resource "aws_iam_role" "job_embed" {
  name        = "inference-dev-embed"
  description = "job.embed: what the unit's code may do"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "pods.eks.amazonaws.com"
        }
        Action = ["sts:AssumeRole", "sts:TagSession"]
        Condition = {
          ArnLike = {
            "aws:SourceArn" = "arn:aws:eks:eu-west-1:*:cluster/inference-dev"
          }
          StringEquals = {
            "aws:RequestTag/kubernetes-namespace"       = "inference-dev"
            "aws:RequestTag/kubernetes-service-account" = "embed"
          }
        }
      },
    ]
  })
}

# Gives the unit's pods its role.
resource "aws_eks_pod_identity_association" "job_embed" {
  cluster_name    = aws_eks_cluster.main.name
  namespace       = "inference-dev"
  service_account = "embed"
  role_arn        = aws_iam_role.job_embed.arn
}

# Read, write and nothing else (job.embed -> bucket.documents).
resource "aws_iam_role_policy" "job_embed_to_bucket_documents" {
  name = "bucket-documents"
  role = aws_iam_role.job_embed.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "BucketDocuments"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = aws_s3_bucket.documents.arn
      },
      {
        Sid      = "BucketDocumentsObjects"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "${aws_s3_bucket.documents.arn}/*"
      },
    ]
  })
}
