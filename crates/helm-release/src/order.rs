//! The order in which Helm installs and uninstalls kinds.

/// Kinds in the order of their installation; a kind not listed comes last, such kinds by name (Helm 3.22's order).
pub const INSTALL_ORDER: &[&str] = &[
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
];

/// Kinds in the order of their removal; a kind not listed comes last, such kinds by name (Helm 3.22's order).
pub const UNINSTALL_ORDER: &[&str] = &[
    "APIService",
    "Ingress",
    "IngressClass",
    "Service",
    "CronJob",
    "Job",
    "StatefulSet",
    "HorizontalPodAutoscaler",
    "Deployment",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "DaemonSet",
    "RoleBindingList",
    "RoleBinding",
    "RoleList",
    "Role",
    "ClusterRoleBindingList",
    "ClusterRoleBinding",
    "ClusterRoleList",
    "ClusterRole",
    "CustomResourceDefinition",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StorageClass",
    "ConfigMap",
    "SecretList",
    "Secret",
    "ServiceAccount",
    "PodDisruptionBudget",
    "PodSecurityPolicy",
    "LimitRange",
    "ResourceQuota",
    "NetworkPolicy",
    "Namespace",
    "PriorityClass",
];

/// A sort key for installation; sorting by it must be stable.
pub fn install_rank(kind: &str) -> (usize, &str) {
    rank(INSTALL_ORDER, kind)
}

/// A sort key for removal; sorting by it must be stable.
pub fn uninstall_rank(kind: &str) -> (usize, &str) {
    rank(UNINSTALL_ORDER, kind)
}

fn rank<'a>(order: &[&str], kind: &'a str) -> (usize, &'a str) {
    match order.iter().position(|known| *known == kind) {
        Some(place) => (place, ""),
        None => (order.len(), kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_name_the_same_kinds() {
        let sorted = |order: &[&'static str]| {
            let mut kinds = order.to_vec();
            kinds.sort_unstable();
            kinds
        };
        assert_eq!(sorted(INSTALL_ORDER), sorted(UNINSTALL_ORDER));
    }

    #[test]
    fn unknown_kinds_come_last_by_name() {
        let mut kinds = ["Widget", "APIService", "Gadget", "Namespace"];
        kinds.sort_by_key(|kind| install_rank(kind));
        assert_eq!(kinds, ["Namespace", "APIService", "Gadget", "Widget"]);
    }
}
