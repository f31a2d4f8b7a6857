# docker build -t rostrum . && docker run -it --rm --read-only --tmpfs /tmp -v rostrum:/data rostrum
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /opt/rostrum \
    && /opt/rostrum/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY bot bot
COPY articles articles
COPY formats formats
COPY motions motions
COPY prompts prompts
RUN /opt/rostrum/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --home-dir /data rostrum && install -d -o rostrum /data
COPY --from=build /opt/rostrum /opt/rostrum
ENV PATH=/opt/rostrum/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ROSTRUM_DATA=/data
USER rostrum
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=60s --timeout=10s --start-period=20s CMD ["rostrum", "health"]
ENTRYPOINT ["rostrum"]
CMD ["run"]
