# The volume models (volume.models), stated in examples/inference/inference/main.py at WEIGHTS.
#
# inference, environment prod. Written by klo from the annotated source: change that instead.

# The file system.
resource "aws_efs_file_system" "models" {
  creation_token = "inference-prod-models"
  encrypted      = true
  kms_key_id     = var.key_arn

  tags = {
    Name = "inference-prod-models"
  }

  lifecycle_policy {
    transition_to_ia = "AFTER_30_DAYS"
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Refuses mounts without TLS.
resource "aws_efs_file_system_policy" "volume_models" {
  file_system_id = aws_efs_file_system.models.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "elasticfilesystem:*"
        Resource  = aws_efs_file_system.models.arn
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}

# What units mount.
resource "aws_efs_access_point" "volume_models" {
  file_system_id = aws_efs_file_system.models.id

  posix_user {
    gid = 1000
    uid = 1000
  }

  root_directory {
    path = "/models"

    creation_info {
      owner_gid   = 1000
      owner_uid   = 1000
      permissions = "0750"
    }
  }
}

# Admits exactly what has an edge.
resource "aws_security_group" "volume_models" {
  name        = "inference-prod-models-volume"
  description = "Guards volume.models"
  vpc_id      = aws_vpc.main.id

  tags = {
    Name = "inference-prod-models-volume"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Reached from one zone.
resource "aws_efs_mount_target" "volume_models_1" {
  file_system_id  = aws_efs_file_system.models.id
  subnet_id       = aws_subnet.data_1.id
  security_groups = [aws_security_group.volume_models.id]
}

# Reached from one zone.
resource "aws_efs_mount_target" "volume_models_2" {
  file_system_id  = aws_efs_file_system.models.id
  subnet_id       = aws_subnet.data_2.id
  security_groups = [aws_security_group.volume_models.id]
}

# Reached from one zone.
resource "aws_efs_mount_target" "volume_models_3" {
  file_system_id  = aws_efs_file_system.models.id
  subnet_id       = aws_subnet.data_3.id
  security_groups = [aws_security_group.volume_models.id]
}

# Admits the pods of the units with an edge to it.
resource "aws_vpc_security_group_ingress_rule" "cluster_to_volume_models" {
  security_group_id            = aws_security_group.volume_models.id
  description                  = "Cluster to volume.models"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  referenced_security_group_id = aws_eks_cluster.main.vpc_config[0].cluster_security_group_id
}

# Holds its backups.
resource "aws_backup_vault" "volume_models" {
  name          = "inference-prod-models-volume"
  kms_key_arn   = var.key_arn
  force_destroy = false

  lifecycle {
    prevent_destroy = true
  }
}

# When it is backed up.
resource "aws_backup_plan" "volume_models" {
  name = "inference-prod-models-volume"

  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.volume_models.name
    schedule          = "cron(0 3 * * ? *)"

    lifecycle {
      delete_after = 35
    }
  }
}

# What AWS Backup may do.
resource "aws_iam_role" "volume_models_backup" {
  name        = "inference-prod-models-volume-backup"
  description = "Backups of volume.models"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "backup.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
}

# AWS's own policy for backups.
resource "aws_iam_role_policy_attachment" "volume_models_backup" {
  role       = aws_iam_role.volume_models_backup.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
}

# What is backed up.
resource "aws_backup_selection" "volume_models" {
  name         = "inference-prod-models-volume"
  plan_id      = aws_backup_plan.volume_models.id
  iam_role_arn = aws_iam_role.volume_models_backup.arn
  resources    = [aws_efs_file_system.models.arn]

  depends_on = [aws_iam_role_policy_attachment.volume_models_backup]
}
