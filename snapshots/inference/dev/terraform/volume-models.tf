# The volume models (volume.models), stated in examples/inference/inference/main.py at WEIGHTS.
#
# inference, environment dev. Written by klo from the annotated source: change that instead.

# The file system.
resource "aws_efs_file_system" "models" {
  creation_token = "inference-dev-models"
  encrypted      = true

  tags = {
    Name = "inference-dev-models"
  }

  lifecycle_policy {
    transition_to_ia = "AFTER_30_DAYS"
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
  name        = "inference-dev-models-volume"
  description = "Guards volume.models"
  vpc_id      = aws_vpc.main.id

  tags = {
    Name = "inference-dev-models-volume"
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

# Admits the pods of the units with an edge to it.
resource "aws_vpc_security_group_ingress_rule" "cluster_to_volume_models" {
  security_group_id            = aws_security_group.volume_models.id
  description                  = "Cluster to volume.models"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  referenced_security_group_id = aws_eks_cluster.main.vpc_config[0].cluster_security_group_id
}
