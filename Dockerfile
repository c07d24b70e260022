# One image for every process: `serve`, `worker` and `db upgrade` are commands of it.
# Built from the lock files alone: versions and hashes, nothing else gets in. Node, which builds the web UI, stays outside.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock requirements-ui.lock pyproject.toml hatch_build.py README.md LICENSE NOTICE ./
COPY src ./src
COPY ui ./ui
RUN python -m venv /opt/callsheet \
 && /opt/callsheet/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock \
 && /opt/callsheet/bin/pip install --no-cache-dir --require-hashes --only-binary :all: --target /opt/node \
      -r requirements-ui.lock \
 && PYTHONPATH=/opt/node /opt/callsheet/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --uid 10001 --home-dir /srv/callsheet --no-create-home callsheet \
 && mkdir -p /srv/callsheet/.callsheet /srv/callsheet/scenarios && chown -R callsheet /srv/callsheet
COPY --from=build /opt/callsheet /opt/callsheet
ENV PATH=/opt/callsheet/bin:$PATH PYTHONUNBUFFERED=1
# scenarios/, mcp.json and callsheet.toml are mounted here; .callsheet is a volume that the replicas of one machine share.
WORKDIR /srv/callsheet
USER callsheet
VOLUME /srv/callsheet/.callsheet
# SIGTERM drains: steps at work may end, the rest goes on elsewhere. Give it longer than `drain_timeout`.
STOPSIGNAL SIGTERM
ENTRYPOINT ["callsheet"]
CMD ["serve"]
