{{- define "startklar.labels" -}}
app.kubernetes.io/part-of: startklar
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "startklar.commonLabels" -}}
{{ include "startklar.labels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "startklar.image" -}}
{{- $digest := index .root.Values.image.digests .name -}}
{{- $tag := .root.Values.image.tag | default .root.Chart.AppVersion -}}
{{ .root.Values.image.registry }}/{{ .name }}{{ if $digest }}@{{ $digest }}{{ else }}:{{ $tag }}{{ end }}
{{- end }}

{{- define "startklar.host" -}}
{{- (urlParse .Values.publicUrl).host | splitList ":" | first -}}
{{- end }}

{{- /* The settings that every service reads, without secrets. */ -}}
{{- define "startklar.env" -}}
- { name: STARTKLAR_ENVIRONMENT, value: production }
- { name: STARTKLAR_PUBLIC_URL, value: {{ .Values.publicUrl | quote }} }
- { name: STARTKLAR_ISSUER, value: {{ .Values.publicUrl | quote }} }
- { name: STARTKLAR_JWKS_URL, value: "http://{{ .Release.Name }}-identity:8000/oauth2/jwks" }
- name: STARTKLAR_SERVICE_URLS
  value: {{ include "startklar.urls" . | quote }}
- { name: STARTKLAR_METRICS_HOST, value: "0.0.0.0" }
- { name: STARTKLAR_METRICS_PORT, value: "9000" }
{{- with .Values.monitoring.otlpEndpoint }}
- { name: STARTKLAR_OTLP_ENDPOINT, value: {{ . | quote }} }
- { name: STARTKLAR_TRACE_RATIO, value: {{ $.Values.monitoring.traceRatio | quote }} }
{{- end }}
{{- if and (eq .Values.postgres.mode "cluster") (not (hasKey .Values.settings "STARTKLAR_DATABASE_POOL_SIZE")) }}
- { name: STARTKLAR_DATABASE_POOL_SIZE, value: {{ include "startklar.poolSize" . | quote }} }
{{- end }}
{{- range $name, $value := .Values.settings }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}

{{- /* The connections of every pool at its fullest, with all pods that may run and one more of each in a rollout, stay
below what the server takes. A web process has twice this size and 4 for the relay, a worker twice and 8. */ -}}
{{- define "startklar.poolSize" -}}
{{- $processes := 0 }}{{ $fixed := 30 -}}
{{- range $name, $service := .Values.services }}{{ if $service.worker }}
{{- $web := int $service.web.max | add1 }}{{ $worker := int $service.worker.max | add1 -}}
{{- $processes = add $processes $web $worker }}{{ $fixed = add $fixed (mul 4 $web) (mul 8 $worker) -}}
{{- end }}{{ end -}}
{{- $most := int .Values.postgres.cluster.maxConnections -}}
{{- if lt $most (add $fixed (mul 4 $processes) | int) -}}
{{- fail (printf "postgres.cluster.maxConnections (%v) is too few for the pods that services.*.max allow: give it %v, or lower max" $most (add $fixed (mul 4 $processes))) -}}
{{- end -}}
{{- min 8 (div (sub $most $fixed) (mul 2 $processes)) -}}
{{- end }}

{{- define "startklar.urls" -}}
{{- $urls := dict -}}
{{- range $name, $_ := .Values.services }}{{ $_ := set $urls $name (printf "http://%s-%s:8000" $.Release.Name $name) }}{{ end -}}
{{ $urls | toJson }}
{{- end }}

{{- define "startklar.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- /* The archive's folders admit their owner alone: a kubelet that hands the volume over does so once. */ -}}
{{- define "startklar.backupSecurity" -}}
{{ include "startklar.podSecurity" . }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}

{{- define "startklar.backupVolumes" -}}
- { name: tmp, emptyDir: { sizeLimit: 1Gi } }
- name: key
  secret: { secretName: "{{ .Release.Name }}-archive", items: [{ key: backup-key, path: backup-key }], defaultMode: 0440 }
- { name: archive, persistentVolumeClaim: { claimName: "{{ .Release.Name }}-backup-archive" } }
{{- end }}

{{- /* A rule of a network policy. */ -}}
{{- define "startklar.toPostgres" -}}
{{- if eq .Values.postgres.mode "cluster" }}
- to: [{ podSelector: { matchLabels: { cnpg.io/cluster: "{{ .Release.Name }}-postgres" } } }]
  ports: [{ port: 5432, protocol: TCP }]
{{- else }}
- to: [{{ range $i, $cidr := .Values.postgres.external.cidrs }}{{ if $i }}, {{ end }}{ ipBlock: { cidr: {{ $cidr }} } }{{ end }}]
  ports: [{ port: {{ .Values.postgres.external.port }}, protocol: TCP }]
{{- end }}
{{- end }}

{{- define "startklar.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "startklar.spread" -}}
{{- if .root.Values.topologySpread }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: { matchLabels: {{ include "startklar.labels" . | fromYaml | toJson }} }
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: { matchLabels: {{ include "startklar.labels" . | fromYaml | toJson }} }
{{- end }}
{{- end }}

{{- /* What a pod of a service begins with: nothing is served before the schema is there. */ -}}
{{- define "startklar.awaitSchema" -}}
- name: await-schema
  image: {{ include "startklar.image" . }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  command: [python, -m, shared.kit.await_schema, {{ .name }}]
  envFrom: [{ secretRef: { name: "{{ .root.Release.Name }}-{{ .name }}" } }]
  securityContext: {{ include "startklar.containerSecurity" . | fromYaml | toJson }}
  resources: { requests: { cpu: 10m, memory: 96Mi }, limits: { memory: 96Mi } }
{{- end }}
