# The three fakes, for a CI job or a team: docs/ci.md says how to start it and how to reach it.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /source
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY customhouse ./customhouse
COPY fakes ./fakes
COPY conformance ./conformance
COPY fixtures ./fixtures
COPY loadtests ./loadtests
COPY reference_importer ./reference_importer
RUN python -m venv /opt/customhouse \
    && /opt/customhouse/bin/python -m pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.11.14-slim-bookworm
COPY --from=build /opt/customhouse /opt/customhouse
RUN useradd --system --uid 10001 --create-home --home-dir /home/customhouse customhouse
USER 10001
WORKDIR /home/customhouse
ENV PATH=/opt/customhouse/bin:$PATH \
    PYTHONUNBUFFERED=1
EXPOSE 8701 8702 8703
HEALTHCHECK --interval=5s --timeout=4s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as web; [web.urlopen(f'http://127.0.0.1:{port}/_customhouse/health', timeout=1) for port in (8701, 8702, 8703)]"]
ENTRYPOINT ["customhouse"]
# All addresses of the container, which is not those of its host: what is published decides who can come in.
CMD ["serve", "--host", "0.0.0.0"]
