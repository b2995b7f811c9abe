package main

import (
	"fmt"
	"path/filepath"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// The control plane's own clients, each with a name of its own, so that an audit log tells them apart.
// A client's kubeconfig is the file of that name in the state folder; the admin's is `kubeconfig`.
var clients = map[string]identity{
	"kubeconfig":                         {"admin", []string{"system:masters"}},
	"kube-controller-manager.kubeconfig": {"system:kube-controller-manager", []string{"system:masters"}},
	"kube-scheduler.kubeconfig":          {"system:kube-scheduler", nil},
	"kwok.kubeconfig":                    {"system:control-plane:kwok", []string{"system:masters"}},
	supervisorKubeconfig:                 {"system:control-plane:supervisor", []string{"system:masters"}},
}

const supervisorKubeconfig = "supervisor.kubeconfig"

// writeKubeconfigs writes one kubeconfig per client, certificates included, into the state folder.
func writeKubeconfigs(state, server string, ca *authority) error {
	for file, who := range clients {
		pair, err := ca.client(who)
		if err != nil {
			return err
		}
		config := api.NewConfig()
		config.Clusters["control-plane"] = &api.Cluster{Server: server, CertificateAuthorityData: ca.pem}
		config.AuthInfos[who.user] = &api.AuthInfo{ClientCertificateData: pair.certificate, ClientKeyData: pair.key}
		config.Contexts["control-plane"] = &api.Context{Cluster: "control-plane", AuthInfo: who.user, Namespace: "default"}
		config.CurrentContext = "control-plane"
		if err := clientcmd.WriteToFile(*config, filepath.Join(state, file)); err != nil {
			return fmt.Errorf("write %s: %w", file, err)
		}
	}
	return nil
}

// supervisorConfig is how the supervisor itself talks to the API server: as often as it likes.
func supervisorConfig(state string) (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", filepath.Join(state, supervisorKubeconfig))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", supervisorKubeconfig, err)
	}
	config.QPS = -1
	return config, nil
}
