{{- define "once" }}first{{ end -}}

{{- define "once" }}second{{ end -}}
