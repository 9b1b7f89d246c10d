# Encryption keys, for bucket.documents, database.results, job.embed, service.api, service.scorer,
# volume.models.
#
# inference, environment prod. Written by klo from the annotated source: change that instead.

# Encrypts data at rest.
resource "aws_kms_key" "main" {
  description             = "Data of inference in prod"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Administration"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::123456789012:root"
        }
        Action = [
          "kms:CancelKeyDeletion",
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:DisableKeyRotation",
          "kms:EnableKey",
          "kms:EnableKeyRotation",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListGrants",
          "kms:ListKeyPolicies",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
          "kms:RevokeGrant",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
        ]
        # In a key's policy `*` is this key.
        Resource = "*"
      },
      {
        Sid    = "UseThroughServices"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::123456789012:root"
        }
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        # In a key's policy `*` is this key.
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = [
              "backup.eu-west-1.amazonaws.com",
              "ecr.eu-west-1.amazonaws.com",
              "eks.eu-west-1.amazonaws.com",
              "elasticfilesystem.eu-west-1.amazonaws.com",
              "rds.eu-west-1.amazonaws.com",
              "s3.eu-west-1.amazonaws.com",
              "scheduler.eu-west-1.amazonaws.com",
              "secretsmanager.eu-west-1.amazonaws.com",
              "sqs.eu-west-1.amazonaws.com",
            ]
          }
        }
      },
      {
        Sid    = "GrantsThroughServices"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::123456789012:root"
        }
        Action = ["kms:CreateGrant"]
        # In a key's policy `*` is this key.
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = [
              "backup.eu-west-1.amazonaws.com",
              "ecr.eu-west-1.amazonaws.com",
              "eks.eu-west-1.amazonaws.com",
              "elasticfilesystem.eu-west-1.amazonaws.com",
              "rds.eu-west-1.amazonaws.com",
              "s3.eu-west-1.amazonaws.com",
              "scheduler.eu-west-1.amazonaws.com",
              "secretsmanager.eu-west-1.amazonaws.com",
              "sqs.eu-west-1.amazonaws.com",
            ]
          }
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
        }
      },
      {
        Sid    = "LogGroups"
        Effect = "Allow"
        Principal = {
          Service = "logs.eu-west-1.amazonaws.com"
        }
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        # In a key's policy `*` is this key.
        Resource = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:eu-west-1:123456789012:log-group:*"
          }
        }
      },
    ]
  })

  lifecycle {
    prevent_destroy = true
  }
}

# The key's name.
resource "aws_kms_alias" "main" {
  name          = "alias/inference-prod"
  target_key_id = aws_kms_key.main.key_id
}
