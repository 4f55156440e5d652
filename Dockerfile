# syntax=docker/dockerfile:1
# One image for server and dashboard. It was linted and not run: no Docker engine was at hand.
#
#   docker build -t deskbell .
#   docker compose up

FROM python:3.11-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /build

# What runs changes seldom: a layer of its own, before the code.
COPY locks/run.txt locks/build.txt locks/
RUN python -m venv /opt/deskbell \
    && /opt/deskbell/bin/pip install --require-hashes --no-deps -r locks/run.txt \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes --no-deps -r locks/build.txt

COPY pyproject.toml README.md LICENSE NOTICE ./
COPY clients/python/src clients/python/src
COPY server/src server/src
COPY dashboard/src dashboard/src
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/deskbell/bin/pip install --no-deps dist/*.whl \
    && /opt/deskbell/bin/deskbell-server learn-intents


FROM python:3.11-slim

# The data folder holds generated secrets, which belong to this user alone.
RUN groupadd --gid 10001 deskbell \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/deskbell --shell /usr/sbin/nologin deskbell \
    && install -d -o deskbell -g deskbell -m 0700 /var/lib/deskbell
COPY --from=build /opt/deskbell /opt/deskbell

ENV PATH=/opt/deskbell/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DESKBELL_DATA_DIR=/var/lib/deskbell \
    DESKBELL_LOG_FORMAT=json \
    HOME=/var/lib/deskbell
WORKDIR /var/lib/deskbell
USER 10001:10001
EXPOSE 50051 8501
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["deskbell-server", "health"]
CMD ["deskbell-server", "run"]
