{{- /* Names and labels come from here only. */ -}}

{{- /* The prefix of every name: the release's own name, so that scripts can tell names beforehand. */ -}}
{{- define "kubeyard.fullname" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- /* What selects a component's pods; it must never change, since a Deployment's selector cannot.
     Call with (list . "hub"). */ -}}
{{- define "kubeyard.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: kubeyard
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- /* Labels of an object. Never of a pod's template: the chart's version there would replace every pod at
     each upgrade, and cut the connections that run through the proxy. */ -}}
{{- define "kubeyard.labels" -}}
{{- $root := index . 0 -}}
{{ include "kubeyard.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "kubeyard.keysSecret" -}}
{{- .Values.keys.existingSecret | default (printf "%s-keys" (include "kubeyard.fullname" .)) -}}
{{- end -}}

{{- define "kubeyard.signingKeysSecret" -}}
{{- .Values.keys.signing.existingSecret | default (printf "%s-signing-keys" (include "kubeyard.fullname" .)) -}}
{{- end -}}

{{- define "kubeyard.databaseSecret" -}}
{{- .Values.database.existingSecret | default (printf "%s-database" (include "kubeyard.fullname" .)) -}}
{{- end -}}

{{- define "kubeyard.metricsSecret" -}}
{{- .Values.monitoring.serviceMonitor.existingSecret | default (printf "%s-metrics" (include "kubeyard.fullname" .)) -}}
{{- end -}}

{{- define "kubeyard.caSecret" -}}
{{- if .Values.edge.tls.caSecret -}}
{{- .Values.edge.tls.caSecret -}}
{{- else if .Values.edge.tls.ca -}}
{{- printf "%s-edge-ca" (include "kubeyard.fullname" .) -}}
{{- end -}}
{{- end -}}

{{- /* Call with (list . "hub" .Values.hub). */ -}}
{{- define "kubeyard.serviceAccount" -}}
{{- $root := index . 0 -}}
{{- (index . 2).serviceAccount.name | default (printf "%s-%s" (include "kubeyard.fullname" $root) (index . 1)) -}}
{{- end -}}
