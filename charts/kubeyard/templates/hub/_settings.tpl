{{- /* The Hub's settings: KUBEYARD_*, see settings.py and kubernetes_settings.py of kubeyard_hub. */ -}}
{{- define "kubeyard.hubEnv" -}}
{{- $name := include "kubeyard.fullname" . -}}
{{- $keys := include "kubeyard.keysSecret" . -}}
- {name: KUBEYARD_LOG_LEVEL, value: {{ ternary "DEBUG" "INFO" .Values.debug.enabled }}}
- {name: KUBEYARD_HUB_SPAWNER, value: kubernetes}
- {name: KUBEYARD_HUB_STATE_DIR, value: /var/lib/kubeyard}
{{- if eq .Values.database.type "postgresql" }}
- name: KUBEYARD_HUB_DATABASE_URL
  valueFrom:
    secretKeyRef: {name: {{ include "kubeyard.databaseSecret" . }}, key: hub-database-url}
{{- end }}
{{- range $setting, $file := dict "CRYPT_KEY" "hub-crypt-key" "CLIENT_SECRET" "hub-client-secret" "PROXY_TOKEN" "hub-proxy-token" "SERVICE_TOKEN" "hub-service-token" }}
- {name: KUBEYARD_HUB_{{ $setting }}_FILE, value: /etc/kubeyard/keys/{{ $file }}}
{{- end }}
{{- if .Values.monitoring.serviceMonitor.enabled }}
- {name: KUBEYARD_HUB_METRICS_TOKEN_FILE, value: /etc/kubeyard/metrics/token}
{{- end }}
# In the Secret, not in the state folder: who is logged in stays so on a new volume, or without one.
- name: JPY_COOKIE_SECRET
  valueFrom:
    secretKeyRef: {name: {{ $keys }}, key: hub-cookie-secret}
- {name: KUBEYARD_HUB_BIND_URL, value: "http://0.0.0.0:8000"}
- {name: KUBEYARD_HUB_PUBLIC_URL, value: {{ .Values.hub.url | quote }}}
- {name: KUBEYARD_HUB_INTERNAL_URL, value: "http://0.0.0.0:8081"}
- {name: KUBEYARD_HUB_CONNECT_URL, value: "http://{{ $name }}-hub:8081"}
- {name: KUBEYARD_PROXY_API_URL, value: "http://{{ $name }}-proxy-api:8001"}
- {name: KUBEYARD_ISSUER, value: {{ .Values.webUI.url | quote }}}
- {name: KUBEYARD_WEB_INTERNAL_URL, value: "http://{{ $name }}-web-ui:5000"}
- {name: KUBEYARD_GATEWAY_URL, value: {{ include "kubeyard.gatewayURL" . | quote }}}
- {name: KUBEYARD_HUB_IDLE_SECONDS, value: {{ ternary .Values.cull.timeout 0 .Values.cull.enabled | quote }}}
- {name: KUBEYARD_HUB_IDLE_CHECK_SECONDS, value: {{ .Values.cull.every | quote }}}
- {name: KUBEYARD_HUB_LAB_MOST_SECONDS, value: {{ ternary .Values.cull.maxAge 0 .Values.cull.enabled | quote }}}
{{- include "kubeyard.labEnv" . }}
{{- include "kubeyard.extraEnv" .Values.hub }}
{{- end -}}

{{- define "kubeyard.labEnv" -}}
{{- $lab := .Values.singleuser }}
- name: KUBEYARD_LAB_NAMESPACE
  valueFrom:
    fieldRef: {fieldPath: metadata.namespace}
- {name: KUBEYARD_LAB_PODS_FILE, value: /etc/kubeyard/labs/pods.json}
- {name: KUBEYARD_LAB_IMAGE, value: {{ include "kubeyard.image" (list . $lab.image) | quote }}}
- {name: KUBEYARD_LAB_IMAGE_PULL_POLICY, value: {{ $lab.image.pullPolicy }}}
- {name: KUBEYARD_LAB_STORAGE_CAPACITY, value: {{ $lab.storage.capacity | quote }}}
- {name: KUBEYARD_LAB_STORAGE_CLASS, value: {{ $lab.storage.dynamic.storageClass | quote }}}
- {name: KUBEYARD_LAB_MEMORY_LIMIT, value: {{ $lab.memory.limit | quote }}}
- {name: KUBEYARD_LAB_MEMORY_GUARANTEE, value: {{ $lab.memory.guarantee | quote }}}
- {name: KUBEYARD_LAB_CPU_LIMIT, value: {{ $lab.cpu.limit | quote }}}
- {name: KUBEYARD_LAB_CPU_GUARANTEE, value: {{ $lab.cpu.guarantee | quote }}}
- {name: KUBEYARD_LAB_START_SECONDS, value: {{ $lab.startTimeout | quote }}}
- {name: KUBEYARD_LAB_KERNEL_START_SECONDS, value: {{ $lab.kernelStartTimeout | quote }}}
- {name: KUBEYARD_LAB_TERMINALS, value: {{ $lab.terminals | quote }}}
{{- with include "kubeyard.caSecret" . }}
- {name: KUBEYARD_LAB_GATEWAY_CA_SECRET, value: {{ . }}}
{{- end }}
{{- end -}}
