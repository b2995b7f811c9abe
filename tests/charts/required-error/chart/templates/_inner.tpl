{{- define "needy.inner" -}}
name: {{ required "A name is needed: set .Values.name" .Values.name }}
{{- end -}}
