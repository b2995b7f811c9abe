package main

import (
	"strconv"
	"strings"
)

const (
	loopback       = "127.0.0.1"
	serviceRange   = "10.96.0.0/16"
	serviceAddress = "10.96.0.1" // the first of serviceRange: the Service `kubernetes`
	podRange       = "10.244.0.1/16"
	etcdSocket     = "unix://etcd.sock"   // relative to the state folder, so that its path may be long
	etcdNowhere    = "http://127.0.0.1:1" // etcd insists on addresses for others, of which there are none
	tokenIssuer    = "https://kubernetes.default.svc.cluster.local"
)

// etcdArguments: one member with nothing to lose. It does not sync to disk, and its short election
// timeout lets it lead at once.
func etcdArguments() []string {
	return []string{
		"--name=etcd",
		"--data-dir=etcd",
		"--unsafe-no-fsync",
		"--listen-client-urls=" + etcdSocket,
		"--advertise-client-urls=" + etcdNowhere,
		"--listen-peer-urls=unix://peer.sock",
		"--initial-advertise-peer-urls=" + etcdNowhere,
		"--initial-cluster=etcd=" + etcdNowhere,
		"--heartbeat-interval=20",
		"--election-timeout=100",
		"--log-level=warn",
	}
}

// apiserverArguments: RBAC, service account tokens and admission as on a real cluster, except that pods need
// no service account token, new nodes are not tainted, and nothing is throttled.
func apiserverArguments(port int, auditLog string) []string {
	arguments := []string{
		"--advertise-address=" + loopback,
		"--allow-privileged",
		"--authorization-mode=RBAC",
		"--bind-address=" + loopback,
		"--client-ca-file=ca.crt",
		"--disable-admission-plugins=ServiceAccount,TaintNodesByCondition",
		"--enable-priority-and-fairness=false",
		"--endpoint-reconciler-type=none",
		"--etcd-count-metric-poll-period=0",
		"--etcd-db-metric-poll-interval=0",
		"--etcd-servers=" + etcdSocket,
		"--kubelet-preferred-address-types=InternalIP",
		"--max-mutating-requests-inflight=0",
		"--max-requests-inflight=0",
		"--permit-port-sharing",
		"--profiling=false",
		"--secure-port=" + strconv.Itoa(port),
		"--service-account-issuer=" + tokenIssuer,
		"--service-account-key-file=tokens.key",
		"--service-account-signing-key-file=tokens.key",
		"--service-cluster-ip-range=" + serviceRange,
		"--tls-cert-file=apiserver.crt",
		"--tls-private-key-file=apiserver.key",
	}
	if auditLog != "" {
		arguments = append(arguments, "--audit-log-path="+auditLog, "--audit-policy-file=audit-policy.yaml")
	}
	return arguments
}

// controllers are the ones that charts depend on. Absent on purpose: the garbage collector and the namespace
// controller, which the supervisor plays itself, and all that looks after nodes and cloud providers.
var controllers = []string{
	"clusterrole-aggregation-controller",
	"cronjob-controller",
	"daemonset-controller",
	"deployment-controller",
	"disruption-controller",
	"endpoints-controller",
	"endpointslice-controller",
	"horizontal-pod-autoscaler-controller",
	"job-controller",
	"persistentvolume-binder-controller",
	"persistentvolume-protection-controller",
	"persistentvolumeclaim-protection-controller",
	"replicaset-controller",
	"resourcequota-controller",
	"root-ca-certificate-publisher-controller",
	"serviceaccount-controller",
	"serviceaccount-token-controller",
	"statefulset-controller",
	"ttl-after-finished-controller",
}

func controllerManagerArguments() []string {
	return []string{
		"--controllers=" + strings.Join(controllers, ","),
		"--horizontal-pod-autoscaler-sync-period=2s",
		"--kube-api-burst=1000",
		"--kube-api-qps=500",
		"--kubeconfig=kube-controller-manager.kubeconfig",
		"--leader-elect=false",
		"--profiling=false",
		"--root-ca-file=ca.crt",
		"--secure-port=0",
		"--service-account-private-key-file=tokens.key",
	}
}

func schedulerArguments() []string {
	return []string{
		"--kube-api-burst=1000",
		"--kube-api-qps=500",
		"--kubeconfig=kube-scheduler.kubeconfig",
		"--leader-elect=false",
		"--profiling=false",
		"--secure-port=0",
	}
}

func kwokArguments() []string {
	return []string{
		"--cidr=" + podRange,
		"--config=stages.yaml",
		"--kubeconfig=kwok.kubeconfig",
		"--manage-all-nodes",
		"--node-ip=" + loopback,
		"--node-lease-duration-seconds=0",
	}
}
