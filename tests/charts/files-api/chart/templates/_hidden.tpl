{{- define "files.none" }}{{ end -}}
