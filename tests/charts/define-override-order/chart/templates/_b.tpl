{{- define "files" }}b{{ end -}}
{{- define "blank" }}   {{ end -}}
