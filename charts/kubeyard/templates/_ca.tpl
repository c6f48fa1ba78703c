{{- /* Additional authorities: a bundle that takes the place of the images' own. */ -}}
{{- define "kubeyard.extraCAEnv" -}}
{{- if .Values.extraCA.configMap }}
{{- range list "REQUESTS_CA_BUNDLE" "SSL_CERT_FILE" "CURL_CA_BUNDLE" }}
- {name: {{ . }}, value: /etc/kubeyard/extra-ca/ca.crt}
{{- end }}
{{- end }}
{{- end -}}

{{- define "kubeyard.extraCAMount" -}}
{{- if .Values.extraCA.configMap }}
- {name: extra-ca, mountPath: /etc/kubeyard/extra-ca, readOnly: true}
{{- end }}
{{- end -}}

{{- define "kubeyard.extraCAVolume" -}}
{{- with .Values.extraCA.configMap }}
- name: extra-ca
  configMap:
    name: {{ . }}
    items:
      - {key: {{ $.Values.extraCA.key }}, path: ca.crt}
{{- end }}
{{- end -}}
