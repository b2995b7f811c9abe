//! How kinds are called in requests, and where they live.

/// The group of roles and bindings.
pub(super) const RBAC: &str = "rbac.authorization.k8s.io";

/// What is known of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// The resource.
    pub(super) plural: String,
    /// Whether it lives in namespaces.
    pub(super) namespaced: bool,
}

/// Kubernetes' kinds that live in no namespace.
const CLUSTER_KINDS: &[(&str, &str)] = &[
    ("", "Namespace"),
    ("", "Node"),
    ("", "PersistentVolume"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("authentication.k8s.io", "TokenReview"),
    ("authorization.k8s.io", "SubjectAccessReview"),
    ("certificates.k8s.io", "CertificateSigningRequest"),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
    ("networking.k8s.io", "IPAddress"),
    ("networking.k8s.io", "IngressClass"),
    ("networking.k8s.io", "ServiceCIDR"),
    ("node.k8s.io", "RuntimeClass"),
    ("policy", "PodSecurityPolicy"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("resource.k8s.io", "DeviceClass"),
    ("resource.k8s.io", "ResourceSlice"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("storage.k8s.io", "CSIDriver"),
    ("storage.k8s.io", "CSINode"),
    ("storage.k8s.io", "StorageClass"),
    ("storage.k8s.io", "VolumeAttachment"),
    ("storage.k8s.io", "VolumeAttributesClass"),
];

/// The groups whose kinds are Kubernetes' own.
const BUILT_IN: &[&str] = &[
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "extensions",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// A kind of Kubernetes' own groups.
pub(super) fn built_in(group: &str, kind: &str) -> Option<Kind> {
    BUILT_IN.contains(&group).then(|| Kind {
        plural: plural(kind),
        namespaced: !CLUSTER_KINDS.contains(&(group, kind)),
    })
}

/// A kind that nobody told of: most live in namespaces and are called by the rule.
pub(super) fn guess(kind: &str) -> Kind {
    Kind {
        plural: plural(kind),
        namespaced: true,
    }
}

/// Kubernetes' own rule for names of resources.
fn plural(kind: &str) -> String {
    let name = kind.to_ascii_lowercase();
    match name.strip_suffix('y') {
        _ if name == "endpoints" => name,
        Some(stem) if !name.ends_with("ay") && !name.ends_with("ey") => format!("{stem}ies"),
        _ if name.ends_with('s') => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_called_as_kubernetes_calls_them() {
        for (group, kind, plural, namespaced) in [
            ("", "Endpoints", "endpoints", true),
            ("", "Namespace", "namespaces", false),
            ("networking.k8s.io", "NetworkPolicy", "networkpolicies", true),
            ("networking.k8s.io", "Ingress", "ingresses", true),
            ("storage.k8s.io", "StorageClass", "storageclasses", false),
        ] {
            let wanted = Kind {
                plural: plural.into(),
                namespaced,
            };
            assert_eq!(built_in(group, kind), Some(wanted));
        }
        assert_eq!(built_in("monitoring.coreos.com", "ServiceMonitor"), None);
    }
}
