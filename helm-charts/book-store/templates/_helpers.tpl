{{/*
The name that labels carry.
*/}}
{{- define "book-store.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
The start of every object's name: the release's, short enough for a suffix.
*/}}
{{- define "book-store.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/*
The name of a component's objects.
Call: include "book-store.componentName" (list . "app")
*/}}
{{- define "book-store.componentName" -}}
{{- printf "%s-%s" (include "book-store.fullname" (index . 0)) (index . 1) }}
{{- end }}

{{/*
The labels that select a component's pods. They never change in the life of a release.
Call: include "book-store.selectorLabels" (list . "app")
*/}}
{{- define "book-store.selectorLabels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "book-store.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/*
All labels of a component's objects.
Call: include "book-store.labels" (list . "app")
*/}}
{{- define "book-store.labels" -}}
{{- $root := index . 0 -}}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "book-store.selectorLabels" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
app.kubernetes.io/part-of: {{ $root.Chart.Name }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
An image reference; a digest beats a tag.
Call: include "book-store.image" .Values.image.app
*/}}
{{- define "book-store.image" -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest }}
{{- else -}}
{{- printf "%s:%s" .repository (.tag | default "latest" | toString) }}
{{- end }}
{{- end }}

{{/*
The name of the service account that the pods use.
*/}}
{{- define "book-store.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "book-store.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/*
The metadata of a component's pods. The chart's version is not in it, so that a new
version of the chart alone does not replace pods.
Call: include "book-store.podMetadata" (list . "app")
*/}}
{{- define "book-store.podMetadata" -}}
{{- $root := index . 0 -}}
{{- with $root.Values.podAnnotations -}}
annotations:
  {{- toYaml . | nindent 2 }}
{{ end -}}
labels:
  {{- include "book-store.selectorLabels" . | nindent 2 }}
  {{- with mergeOverwrite dict $root.Values.commonLabels $root.Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/*
Where a component's pods may run: its own settings, or those for both.
Call: include "book-store.scheduling" (list . .Values.mongodb)
*/}}
{{- define "book-store.scheduling" -}}
{{- $root := index . 0 -}}
{{- $own := index . 1 -}}
{{- $fields := dict -}}
{{- range $field := list "nodeSelector" "affinity" "tolerations" }}
{{- with get $own $field | default (get $root.Values $field) }}
{{- $_ := set $fields $field . }}
{{- end }}
{{- end }}
{{- with $fields }}
{{- toYaml . }}
{{- end }}
{{- end }}

{{/*
The MongoDB pod, which a Deployment or a StatefulSet runs.
*/}}
{{- define "book-store.mongodbPod" -}}
metadata:
  {{- include "book-store.podMetadata" (list . "mongodb") | nindent 2 }}
spec:
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  serviceAccountName: {{ include "book-store.serviceAccountName" . }}
  automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
  {{- with .Values.mongodb.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: mongodb
      {{- with .Values.mongodb.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      image: {{ include "book-store.image" .Values.image.mongodb | quote }}
      imagePullPolicy: {{ .Values.image.mongodb.pullPolicy }}
      {{- with .Values.mongodb.extraEnv }}
      env:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - name: mongodb
          containerPort: {{ .Values.service.mongodb.targetPort }}
          protocol: TCP
      {{- with .Values.mongodb.livenessProbe }}
      livenessProbe:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.mongodb.readinessProbe }}
      readinessProbe:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.mongodb.resources | default .Values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: data
          mountPath: /data/db
  {{- if not .Values.persistence.enabled }}
  volumes:
    - name: data
      emptyDir: {}
  {{- end }}
  {{- with include "book-store.scheduling" (list . .Values.mongodb) }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end }}
