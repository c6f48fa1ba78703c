{{- /* The edge node: its addresses, for services, for network policies and for the check of both. */ -}}

{{- define "kubeyard.edgeHost" -}}
{{- required "edge.host is not set: give the edge node's address, as deployment_yarn_docker.sh prints it, by --set edge.host=<address>" .Values.edge.host -}}
{{- end -}}

{{- define "kubeyard.apiURL" -}}
{{- printf "%s://%s:%v" (ternary "https" "http" .Values.edge.tls.api) (include "kubeyard.edgeHost" .) .Values.edge.apiPort -}}
{{- end -}}

{{- define "kubeyard.gatewayURL" -}}
{{- printf "%s://%s:%v" (ternary "https" "http" .Values.edge.tls.gateway) (include "kubeyard.edgeHost" .) .Values.edge.gatewayPort -}}
{{- end -}}

{{- /* Network policies know addresses only, no names. */ -}}
{{- define "kubeyard.edgeCIDR" -}}
{{- if .Values.edge.cidr -}}
{{- .Values.edge.cidr -}}
{{- else if regexMatch "^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$" (include "kubeyard.edgeHost" .) -}}
{{- printf "%s/32" .Values.edge.host -}}
{{- else -}}
{{- fail (printf "edge.cidr is not set and edge.host is the name %s: network policies need an address; give for example --set edge.cidr=192.0.2.10/32" .Values.edge.host) -}}
{{- end -}}
{{- end -}}
