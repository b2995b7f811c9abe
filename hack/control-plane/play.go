package main

import (
	"embed"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kwoknode "sigs.k8s.io/kwok/kustomize/stage/node/fast"
)

const nodeName = "node-0"

//go:embed stages
var stages embed.FS

// writePlay writes what kwok and the audit log go by: the stages of nodes (kwok's own), pods and volumes (ours),
// and the audit policy.
func writePlay(state string) error {
	documents := []string{kwoknode.DefaultNodeInit}
	for _, name := range []string{"pods.yaml", "volumes.yaml"} {
		content, err := stages.ReadFile("stages/" + name)
		if err != nil {
			return err
		}
		documents = append(documents, string(content))
	}
	all := strings.Join(documents, "\n---\n")
	if err := os.WriteFile(filepath.Join(state, "stages.yaml"), []byte(all), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(state, "audit-policy.yaml"), []byte(auditPolicy), 0o600)
}

// auditPolicy logs who did what to which object, once per request and without bodies. What the control plane's own
// components read is left out, and so is the API server's own lease.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  verbs: [get, list, watch]
  users:
  - system:apiserver
  - system:control-plane:kwok
  - system:control-plane:supervisor
  - system:kube-controller-manager
  - system:kube-scheduler
- level: None
  users: [system:apiserver]
  resources: [{group: coordination.k8s.io, resources: [leases]}]
- level: Metadata
`

func playedNode(kubelet int) *corev1.Node {
	room := corev1.ResourceList{
		corev1.ResourceCPU:              resource.MustParse("1k"),
		corev1.ResourceMemory:           resource.MustParse("1Ti"),
		corev1.ResourceEphemeralStorage: resource.MustParse("1Ti"),
		corev1.ResourcePods:             resource.MustParse("10k"),
	}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: nodeName,
			Labels: map[string]string{
				corev1.LabelHostname:       nodeName,
				corev1.LabelOSStable:       "linux",
				corev1.LabelArchStable:     runtime.GOARCH,
				corev1.LabelTopologyZone:   "zone-0",
				corev1.LabelTopologyRegion: "region-0",
			},
		},
		Status: corev1.NodeStatus{
			Capacity:    room,
			Allocatable: room,
			DaemonEndpoints: corev1.NodeDaemonEndpoints{
				KubeletEndpoint: corev1.DaemonEndpoint{Port: int32(kubelet)},
			},
		},
	}
}

func playedStorageClass() *storagev1.StorageClass {
	return &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{
			Name:        "kwok-volume",
			Annotations: map[string]string{"storageclass.kubernetes.io/is-default-class": "true"},
		},
		Provisioner: "kwok.x-k8s.io/volume",
	}
}
