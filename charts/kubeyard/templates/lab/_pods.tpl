{{- /* What the Hub is told of Labs beyond its variables: LabPods in kubeyard_hub/kubernetes_settings.py, as JSON. */ -}}
{{- define "kubeyard.labPods" -}}
{{- $lab := .Values.singleuser -}}
{{- $environment := include "kubeyard.egressProxy" . | fromYaml -}}
{{- $volumes := $lab.storage.extraVolumes -}}
{{- $mounts := $lab.storage.extraVolumeMounts -}}
{{- with .Values.extraCA.configMap -}}
{{- $items := list (dict "key" $.Values.extraCA.key "path" "ca.crt") -}}
{{- $volumes = append $volumes (dict "name" "extra-ca" "configMap" (dict "name" . "items" $items)) -}}
{{- $mounts = append $mounts (dict "name" "extra-ca" "mountPath" "/etc/kubeyard/extra-ca" "readOnly" true) -}}
{{- range list "REQUESTS_CA_BUNDLE" "SSL_CERT_FILE" "CURL_CA_BUNDLE" "PIP_CERT" -}}
{{- $_ := set $environment . "/etc/kubeyard/extra-ca/ca.crt" -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := $lab.extraEnv -}}
{{- $_ := set $environment $name (toString $value) -}}
{{- end -}}
{{- /* The network policies know Labs by it, and whoever deletes what stays its homes, of this release alone. */ -}}
{{- $instance := dict "app.kubernetes.io/instance" .Release.Name -}}
{{- dict
  "profiles" $lab.profileList
  "node_selector" $lab.nodeSelector
  "tolerations" $lab.extraTolerations
  "node_affinity_preferred" $lab.extraNodeAffinity.preferred
  "node_affinity_required" $lab.extraNodeAffinity.required
  "extra_labels" (merge (deepCopy $instance) $lab.extraLabels)
  "storage_extra_labels" $instance
  "extra_annotations" $lab.extraAnnotations
  "extra_resource_limits" $lab.extraResource.limits
  "extra_resource_guarantees" $lab.extraResource.guarantees
  "environment" $environment
  "volumes" $volumes
  "volume_mounts" $mounts
  "image_pull_secrets" .Values.imagePullSecrets
  "priority_class_name" $lab.priorityClassName
  "service_account" (include "kubeyard.labAccount" .)
  | toPrettyJson -}}
{{- end -}}

{{- /* Never the namespace's default account, to which others may give rights. */ -}}
{{- define "kubeyard.labAccount" -}}
{{- if .Values.singleuser.serviceAccountName -}}
{{- .Values.singleuser.serviceAccountName -}}
{{- else if .Values.rbac.create -}}
{{- printf "%s-lab" (include "kubeyard.fullname" .) -}}
{{- end -}}
{{- end -}}
