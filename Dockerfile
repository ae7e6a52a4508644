FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
WORKDIR /app
COPY requirements.txt .
RUN /opt/venv/bin/pip install --require-hashes -r requirements.txt
COPY . .
# The key signs nothing here; settings only want one.
RUN SECRET_KEY=for-the-build-only SALESMGR_VAR=/tmp/var STATIC_ROOT=/app/staticfiles \
    /opt/venv/bin/python manage.py collectstatic --noinput -v 0

FROM python:3.12-slim-bookworm
RUN groupadd --gid 10001 salesmgr \
    && useradd --uid 10001 --gid salesmgr --no-create-home --home-dir /var/lib/salesmgr salesmgr \
    && install -d -o salesmgr -g salesmgr -m 0750 /var/lib/salesmgr
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SALESMGR_VAR=/var/lib/salesmgr \
    STATIC_ROOT=/app/staticfiles
WORKDIR /app
USER 10001:10001
VOLUME /var/lib/salesmgr
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=4 \
    CMD ["python", "scripts/healthcheck.py", "web"]
CMD ["gunicorn", "salesmgr.wsgi"]
