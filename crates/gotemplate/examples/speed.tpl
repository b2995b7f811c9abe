{{- define "books.name" -}}
{{- if .Values.nameOverride }}{{ .Values.nameOverride }}{{ else }}{{ .Chart.Name }}{{ end -}}
{{- end -}}
{{- define "books.fullname" -}}
{{- $name := include "books.name" . -}}
{{- if eq .Release.Name $name -}}{{ .Release.Name }}{{- else -}}{{ printf "%s-%s" .Release.Name $name }}{{- end -}}
{{- end -}}
{{- define "books.labels" -}}
app.kubernetes.io/name: {{ include "books.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | printf "%q" }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- range $key, $value := .Values.labels }}
{{ $key }}: {{ $value | printf "%q" }}
{{- end }}
{{- end -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "books.fullname" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{ include "books.labels" . }}
spec:
  {{- if not .Values.autoscaling }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{ include "books.labels" . }}
  template:
    metadata:
      labels:
        {{ include "books.labels" . }}
    spec:
      {{- with .Values.nodeSelector }}
      nodeSelector: {{ . }}
      {{- end }}
      containers:
        - name: {{ .Chart.Name }}
          image: {{ printf "%s:%s" .Values.image.repository (or .Values.image.tag .Chart.AppVersion) }}
          imagePullPolicy: {{ or .Values.image.pull "IfNotPresent" }}
          ports:
          {{- range .Values.ports }}
            - name: {{ .name }}
              containerPort: {{ .port }}
              protocol: TCP
          {{- end }}
          env:
          {{- range $name, $value := .Values.env }}
            - name: {{ $name }}
              value: {{ printf "%q" $value }}
          {{- end }}
          {{- if and .Values.persistence (eq .Values.persistence.enabled true) }}
          volumeMounts:
            - name: data
              mountPath: /data
          {{- end }}
      {{- if .Values.persistence.enabled }}
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: {{ include "books.fullname" . }}
      {{- end }}
