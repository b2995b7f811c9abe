package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// logAnnotation is on a pod what each of its containers has printed.
const logAnnotation = "play.chartwright.dev/log"

// serveLogs plays the kubelet as far as the API server asks it for logs. It lives as long as the process.
func (p *plane) serveLogs(ca *authority) error {
	pair, err := ca.server()
	if err != nil {
		return err
	}
	certificate, err := tls.X509KeyPair(pair.certificate, pair.key)
	if err != nil {
		return fmt.Errorf("read the certificate of the kubelet: %w", err)
	}
	listener, err := tls.Listen("tcp", net.JoinHostPort(loopback, "0"), &tls.Config{
		Certificates: []tls.Certificate{certificate},
		MinVersion:   tls.VersionTLS12,
	})
	if err != nil {
		return fmt.Errorf("listen as the kubelet: %w", err)
	}
	p.kubelet = listener.Addr().(*net.TCPAddr).Port
	requests := http.NewServeMux()
	requests.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", p.writeLog)
	go http.Serve(listener, requests) //nolint:errcheck // it ends with the process
	return nil
}

func (p *plane) writeLog(answer http.ResponseWriter, request *http.Request) {
	pods := p.client.CoreV1().Pods(request.PathValue("namespace"))
	pod, err := pods.Get(request.Context(), request.PathValue("pod"), metav1.GetOptions{})
	if err != nil {
		http.Error(answer, err.Error(), http.StatusNotFound)
		return
	}
	lines := slices.Collect(strings.Lines(pod.Annotations[logAnnotation]))
	if count, err := strconv.Atoi(request.URL.Query().Get("tailLines")); err == nil {
		lines = lines[max(0, len(lines)-count):]
	}
	_, _ = io.WriteString(answer, strings.Join(lines, ""))
}
