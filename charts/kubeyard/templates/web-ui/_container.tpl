{{- /* What the web UI's container and those that prepare its database have in common. */ -}}
{{- define "kubeyard.webContainer" -}}
image: {{ include "kubeyard.image" (list . .Values.webUI.image) }}
imagePullPolicy: {{ .Values.webUI.image.pullPolicy }}
env:
  {{- include "kubeyard.webEnv" . | nindent 2 }}
resources:
  {{- toYaml .Values.webUI.resources | nindent 2 }}
securityContext:
  {{- include "kubeyard.containerSecurity" . | nindent 2 }}
volumeMounts:
  {{- include "kubeyard.webVolumeMounts" . | nindent 2 }}
{{- end -}}
