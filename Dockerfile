# The product without its embedded servers: web, worker and scheduler run from this image.
FROM node:22-bookworm-slim AS frontend
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund --include=dev --include=optional
COPY frontend frontend
RUN node frontend/build.mjs

FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 EVENKEEL_DATA_DIR=/data DJANGO_SETTINGS_MODULE=itsm.settings
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
COPY --from=frontend /app/var/frontend var/frontend
RUN useradd --system --uid 10001 --home-dir /data evenkeel && mkdir -p /data && chown evenkeel /data
USER evenkeel
VOLUME /data
EXPOSE 8000
CMD ["env", "EVENKEEL_PROCESS=evenkeel-web", "python", "-m", "uvicorn", "itsm.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--no-access-log", "--proxy-headers", "--timeout-graceful-shutdown", "3"]
