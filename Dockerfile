# The three fakes, for a CI job or a team: docs/ci.md says how to start it and how to reach it.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /source
# In the environment they hold for what is installed to build with, too: the option does not reach that.
ENV PIP_CONSTRAINT=/source/constraints.txt \
    PIP_BUILD_CONSTRAINT=/source/constraints.txt
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY customhouse ./customhouse
COPY fakes ./fakes
COPY conformance ./conformance
COPY fixtures ./fixtures
COPY loadtests ./loadtests
COPY reference_importer ./reference_importer
RUN python -m venv /opt/customhouse \
    && /opt/customhouse/bin/python -m pip install --no-cache-dir .

FROM python:3.11.14-slim-bookworm
COPY --from=build /opt/customhouse /opt/customhouse
RUN useradd --system --uid 10001 --create-home --home-dir /home/customhouse customhouse
USER 10001
WORKDIR /home/customhouse
# The file is in memory: that can be written even where the container is read-only.
ENV PATH=/opt/customhouse/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CUSTOMHOUSE_READY_FILE=/dev/shm/customhouse.json
EXPOSE 8701 8702 8703
HEALTHCHECK --interval=5s --timeout=4s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import json, os, urllib.request as web; ready = json.load(open(os.environ['CUSTOMHOUSE_READY_FILE'])); [web.urlopen(ready[name]['url'] + '/_customhouse/health', timeout=1) for name in ('intandem', 'intercom', 'rally')]"]
ENTRYPOINT ["customhouse"]
# All addresses of the container, which is not those of its host: what is published decides who can come in.
CMD ["serve", "--host", "0.0.0.0"]
