# The operator's image: chartwright with the kinds and charts of this project.
ARG CHARTWRIGHT=chartwright:v0.1.0
FROM ${CHARTWRIGHT}

ENV HOME=/opt/helm
COPY watches.yaml ${HOME}/watches.yaml
COPY helm-charts ${HOME}/helm-charts
WORKDIR ${HOME}
