{{- define "files" }}a{{ end -}}
{{- define "once" }}first{{ end -}}
{{- define "blank" }}text{{ end -}}
