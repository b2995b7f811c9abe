{{- define "failing.check" -}}
  {{- $problems := list "first problem" "second: problem" -}}
  {{- printf "\nfound %d:\n%s" (len $problems) (join "\n" $problems) | fail -}}
{{- end -}}
