# Encryption keys, for database.reports, queue.report-requests, service.api, service.worker.
#
# reports, environment prod. Written by klo from the annotated source: change that instead.

# Encrypts data at rest.
resource "aws_kms_key" "main" {
  description             = "Data of reports in prod"
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
              "ecr.eu-central-1.amazonaws.com",
              "rds.eu-central-1.amazonaws.com",
              "secretsmanager.eu-central-1.amazonaws.com",
              "sqs.eu-central-1.amazonaws.com",
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
              "ecr.eu-central-1.amazonaws.com",
              "rds.eu-central-1.amazonaws.com",
              "secretsmanager.eu-central-1.amazonaws.com",
              "sqs.eu-central-1.amazonaws.com",
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
          Service = "logs.eu-central-1.amazonaws.com"
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
            "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:eu-central-1:123456789012:log-group:*"
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
  name          = "alias/reports-prod"
  target_key_id = aws_kms_key.main.key_id
}
