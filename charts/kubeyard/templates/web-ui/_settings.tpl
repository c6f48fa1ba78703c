{{- /* The web UI's settings: KUBEYARD_*, see kubeyard_web/settings.py. */ -}}
{{- define "kubeyard.webEnv" -}}
{{- $name := include "kubeyard.fullname" . -}}
{{- $web := .Values.webUI -}}
- {name: KUBEYARD_LOG_LEVEL, value: {{ ternary "DEBUG" "INFO" .Values.debug.enabled }}}
- {name: KUBEYARD_ISSUER, value: {{ $web.url | quote }}}
- {name: KUBEYARD_API_URL, value: {{ include "kubeyard.apiURL" . | quote }}}
- {name: KUBEYARD_HUB_URL, value: {{ .Values.hub.url | quote }}}
- {name: KUBEYARD_HUB_API_URL, value: "http://{{ $name }}-hub:8081/hub/api"}
- {name: KUBEYARD_PROXY_URL, value: "http://{{ $name }}-proxy-public:8000"}
- {name: KUBEYARD_LAB_PODS_FILE, value: /etc/kubeyard/labs/pods.json}
- {name: KUBEYARD_WEB_BIND, value: "0.0.0.0:5000"}
- {name: KUBEYARD_WEB_PLAIN_HTTP, value: {{ include "kubeyard.plainHTTP" $web | quote }}}
- {name: KUBEYARD_WEB_DEMO, value: {{ $web.demo | quote }}}
- {name: KUBEYARD_WEB_PROXIES, value: {{ include "kubeyard.webProxies" . | quote }}}
- {name: KUBEYARD_WEB_SESSION_HOURS, value: {{ $web.sessionHours | quote }}}
- {name: KUBEYARD_WEB_TOKEN_SECONDS, value: {{ $web.tokenSeconds | quote }}}
# The public half of the signing keys, written by each process for itself and served at /jwks.json.
- {name: KUBEYARD_JWKS_FILE, value: /var/run/kubeyard/jwks.json}
- {name: KUBEYARD_WEB_SIGNING_KEYS_FILE, value: /etc/kubeyard/signing-keys/signing-keys}
- {name: KUBEYARD_WEB_SECRET_KEY_FILE, value: /etc/kubeyard/keys/web-secret-key}
- {name: KUBEYARD_WEB_HUB_CLIENT_SECRET_FILE, value: /etc/kubeyard/keys/hub-client-secret}
- {name: KUBEYARD_WEB_HUB_SERVICE_TOKEN_FILE, value: /etc/kubeyard/keys/hub-service-token}
{{- include "kubeyard.webDatabaseEnv" . }}
{{- include "kubeyard.apiCAEnv" . }}
{{- include "kubeyard.extraEnv" $web }}
{{- end -}}

{{- /* The web UI itself refuses such an address; here before anything is installed. */ -}}
{{- define "kubeyard.plainHTTP" -}}
{{- $host := (urlParse .url).hostname -}}
{{- $own := or (eq $host "localhost") (hasPrefix "127." $host) -}}
{{- if and (hasPrefix "http:" .url) (not $own) (not .plainHTTP) -}}
{{- fail (printf "webUI.url is %s: passwords could be read on their way. Use https, or where the network itself is trusted, give --set webUI.plainHTTP=true" .url) -}}
{{- end -}}
{{- .plainHTTP -}}
{{- end -}}

{{- define "kubeyard.webDatabaseEnv" }}
- name: KUBEYARD_WEB_DATABASE_URL
  {{- if eq .Values.database.type "postgresql" }}
  valueFrom:
    secretKeyRef: {name: {{ include "kubeyard.databaseSecret" . }}, key: web-ui-database-url}
  {{- else }}
  value: sqlite:////var/lib/kubeyard/web.sqlite
  {{- end }}
{{- end -}}

{{- /* How many proxies' word on a browser's address is taken: the Ingress or Gateway counts as one. */ -}}
{{- define "kubeyard.webProxies" -}}
{{- if and (eq (int .Values.webUI.proxies) 0) (or .Values.ingress.enabled .Values.httpRoute.enabled) -}}
1
{{- else -}}
{{- .Values.webUI.proxies -}}
{{- end -}}
{{- end -}}

{{- /* Whom the web UI believes about the api-server: the edge's own authority before the additional ones. */ -}}
{{- define "kubeyard.apiCAEnv" -}}
{{- if include "kubeyard.caSecret" . }}
- {name: REQUESTS_CA_BUNDLE, value: /etc/kubeyard/edge-ca/ca.crt}
{{- else }}
{{- include "kubeyard.extraCAEnv" . }}
{{- end }}
{{- end -}}

{{- define "kubeyard.webVolumeMounts" -}}
- {name: keys, mountPath: /etc/kubeyard/keys, readOnly: true}
- {name: signing-keys, mountPath: /etc/kubeyard/signing-keys, readOnly: true}
- {name: labs, mountPath: /etc/kubeyard/labs, readOnly: true}
- {name: state, mountPath: /var/lib/kubeyard}
- {name: run, mountPath: /var/run/kubeyard}
- {name: tmp, mountPath: /tmp}
{{- if include "kubeyard.caSecret" . }}
- {name: edge-ca, mountPath: /etc/kubeyard/edge-ca, readOnly: true}
{{- end }}
{{- include "kubeyard.extraCAMount" . }}
{{- end -}}

{{- define "kubeyard.webVolumes" -}}
- name: keys
  secret:
    secretName: {{ include "kubeyard.keysSecret" . }}
    defaultMode: 0440
    items:
      {{- range list "web-secret-key" "hub-client-secret" "hub-service-token" }}
      - {key: {{ . }}, path: {{ . }}}
      {{- end }}
- name: signing-keys
  secret:
    secretName: {{ include "kubeyard.signingKeysSecret" . }}
    defaultMode: 0440
# The sizes and images that people may choose: the same file that the Hub reads.
- name: labs
  configMap:
    name: {{ include "kubeyard.fullname" . }}-labs
- name: run
  emptyDir: {sizeLimit: 16Mi}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
{{- with include "kubeyard.caSecret" . }}
- name: edge-ca
  secret:
    secretName: {{ . }}
    items:
      - {key: ca.crt, path: ca.crt}
{{- end }}
{{- include "kubeyard.extraCAVolume" . }}
{{- end -}}
