{{- define "kit.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-{{ .Chart.Name }}
  labels:
    kit: {{ .Subcharts.kit.Chart.Version | quote }}
spec:
  type: ClusterIP
  ports:
    - port: 80
{{- end -}}
