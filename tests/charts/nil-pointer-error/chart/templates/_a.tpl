{{- define "nilly.a" }}{{ include "nilly.b" . }}{{ end -}}
{{- define "nilly.b" }}{{ template "nilly.c" . }}{{ end -}}
{{- define "nilly.c" }}
{{ if and (not .Values.off) (eq .Values.server.image.tag "x") }}{{ end }}
{{- end -}}
