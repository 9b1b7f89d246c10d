# The cluster that containers run in, for job.embed, service.api, service.scorer.
#
# inference, environment dev. Written by klo from the annotated source: change that instead.

# What the control plane tells.
resource "aws_cloudwatch_log_group" "cluster" {
  name              = "/aws/eks/inference-dev/cluster"
  retention_in_days = 30
}

# What the control plane may do.
resource "aws_iam_role" "cluster" {
  name        = "inference-dev-eks-cluster"
  description = "what the control plane may do"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "eks.amazonaws.com"
        }
        Action = ["sts:AssumeRole", "sts:TagSession"]
      },
    ]
  })
}

# What AWS says that it needs.
resource "aws_iam_role_policy_attachment" "cluster_policy" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

# What AWS says that it needs.
resource "aws_iam_role_policy_attachment" "cluster_block_storage" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSBlockStoragePolicy"
}

# What AWS says that it needs.
resource "aws_iam_role_policy_attachment" "cluster_compute" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSComputePolicy"
}

# What AWS says that it needs.
resource "aws_iam_role_policy_attachment" "cluster_load_balancing" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSLoadBalancingPolicy"
}

# What AWS says that it needs.
resource "aws_iam_role_policy_attachment" "cluster_networking" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSNetworkingPolicy"
}

# What the cluster's nodes may do.
resource "aws_iam_role" "nodes" {
  name        = "inference-dev-eks-nodes"
  description = "what the cluster's nodes may do"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "ec2.amazonaws.com"
        }
        Action = ["sts:AssumeRole"]
      },
    ]
  })
}

# What AWS says that it needs.
resource "aws_iam_role_policy_attachment" "nodes_worker" {
  role       = aws_iam_role.nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodeMinimalPolicy"
}

# What AWS says that it needs.
resource "aws_iam_role_policy_attachment" "nodes_images" {
  role       = aws_iam_role.nodes.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
}

# The cluster that units run on.
resource "aws_eks_cluster" "main" {
  name                          = "inference-dev"
  role_arn                      = aws_iam_role.cluster.arn
  enabled_cluster_log_types     = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  bootstrap_self_managed_addons = false

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = true
  }

  vpc_config {
    subnet_ids              = [aws_subnet.private_1.id, aws_subnet.private_2.id]
    endpoint_private_access = true
    endpoint_public_access  = true
  }

  upgrade_policy {
    support_type = "STANDARD"
  }

  compute_config {
    enabled       = true
    node_pools    = ["general-purpose", "system"]
    node_role_arn = aws_iam_role.nodes.arn
  }

  kubernetes_network_config {
    elastic_load_balancing {
      enabled = true
    }
  }

  storage_config {
    block_storage {
      enabled = true
    }
  }

  depends_on = [
    aws_cloudwatch_log_group.cluster,
    aws_iam_role_policy_attachment.cluster_policy,
    aws_iam_role_policy_attachment.cluster_block_storage,
    aws_iam_role_policy_attachment.cluster_compute,
    aws_iam_role_policy_attachment.cluster_load_balancing,
    aws_iam_role_policy_attachment.cluster_networking,
  ]
}

# Where the app's services run.
resource "aws_ecs_cluster" "main" {
  name = "inference-dev"
}

# A part of the cluster that EKS looks after.
resource "aws_eks_addon" "aws_efs_csi_driver" {
  cluster_name                = aws_eks_cluster.main.name
  addon_name                  = "aws-efs-csi-driver"
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
}

# Mounts file systems for pods.
resource "aws_iam_role" "volumes" {
  name        = "inference-dev-eks-volumes"
  description = "mounts file systems for pods"

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
            "aws:RequestTag/kubernetes-namespace"       = "kube-system"
            "aws:RequestTag/kubernetes-service-account" = "efs-csi-node-sa"
          }
        }
      },
    ]
  })
}

# Mounts file systems for pods.
resource "aws_iam_role_policy" "volumes" {
  name = "volumes"
  role = aws_iam_role.volumes.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Mount"
        Effect   = "Allow"
        Action   = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
        Resource = aws_efs_file_system.models.arn
        Condition = {
          ArnEquals = {
            "elasticfilesystem:AccessPointArn" = [aws_efs_access_point.volume_models.arn]
          }
        }
      },
    ]
  })
}

# Mounts file systems for pods.
resource "aws_eks_pod_identity_association" "volumes" {
  cluster_name    = aws_eks_cluster.main.name
  namespace       = "kube-system"
  service_account = "efs-csi-node-sa"
  role_arn        = aws_iam_role.volumes.arn
}
