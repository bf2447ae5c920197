//! The repository in which nothing is wrong: three compositions that share a network.

/// Files, each behind a line with its path. `@D` stands for a digest.
pub(super) const FILES: &str = r#"# file: .env.example
# How much is said: debug, info, warning.
LOG_LEVEL=info

# Who may read what the shop keeps.
DB_PASSWORD=
CACHE_PASSWORD=
# file: edge/compose.yaml
# The way in.
name: shop-edge

services:
  gateway:
    image: nginx:1.27.3-alpine@D
    restart: unless-stopped
    ports:
      - "127.0.0.1:8080:80"
    volumes:
      - ./nginx.conf:/etc/nginx/nginx.conf:ro
    networks: [front]
    healthcheck:
      test: ["CMD", "wget", "-q", "--spider", "http://127.0.0.1:80/health"]
      interval: 10s
    deploy:
      resources:
        limits:
          memory: 128M
          cpus: "0.5"

networks:
  front:
    name: shop-front
    ipam:
      config:
        - subnet: 172.30.10.0/24
# file: edge/nginx.conf
events {}
# file: shop/compose.yaml
# What is sold.
name: shop

services:
  api:
    image: ghcr.io/example/api:1.4.2@D
    restart: unless-stopped
    user: "1000:1000"
    command: ["serve", "--port", "8000"]
    environment:
      DATABASE_URL: postgresql://shop:${DB_PASSWORD:?}@db:5432/shop
      LOG_LEVEL: ${LOG_LEVEL:-info}
    depends_on:
      db:
        condition: service_healthy
      cache:
        condition: service_healthy
    networks: [front, back]
    healthcheck:
      test: ["CMD", "/app/health"]
      interval: 10s
    deploy:
      resources:
        limits:
          memory: 256M
          cpus: "1"

  db:
    image: postgres:17.2@D
    restart: unless-stopped
    environment:
      - POSTGRES_USER=shop
      - POSTGRES_PASSWORD=${DB_PASSWORD:?}
    volumes:
      - db-data:/var/lib/postgresql/data
      - ./init.sql:/docker-entrypoint-initdb.d/init.sql:ro
    networks: [back]
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U shop"]
      interval: 10s
    mem_limit: 512m

  cache:
    image: redis:7.4.1@D
    restart: unless-stopped
    command: ["redis-server", "--requirepass", "${CACHE_PASSWORD:?}"]
    environment:
      REDISCLI_AUTH: ${CACHE_PASSWORD:?}
    tmpfs: ["/data:size=64m"]
    networks: [back]
    healthcheck:
      test: ["CMD", "redis-cli", "ping"]
      interval: 5s
    mem_limit: 128m

networks:
  front:
    name: shop-front
    external: true
  back:
    internal: true

volumes:
  db-data: {}
# file: shop/init.sql
SELECT 1;
# file: watch/compose.yaml
# What is watched.
name: shop-watch

services:
  prometheus:
    image: prom/prometheus:v2.53.3@D
    restart: unless-stopped
    ports:
      - "127.0.0.1:9090:9090"
    volumes:
      - ./prometheus.yml:/etc/prometheus/prometheus.yml:ro
      - prometheus-data:/prometheus
    networks: [front]
    healthcheck:
      test: ["CMD", "wget", "-q", "--spider", "http://127.0.0.1:9090/-/healthy"]
      interval: 30s
    mem_limit: 1g

  reports:
    build: ./reports
    restart: unless-stopped
    ports:
      - "127.0.0.1:8090:8000"
    networks: [front]
    healthcheck:
      test: ["CMD", "/app/health"]
      interval: 30s
    cpus: "0.5"

networks:
  front:
    name: shop-front
    external: true

volumes:
  prometheus-data: {}
# file: watch/prometheus.yml
scrape_configs:
  - job_name: reports
    static_configs:
      - targets: ["reports:8000"]
# file: watch/reports/Dockerfile
FROM python:3.12.8-slim@D
COPY . /app
USER 1000
EXPOSE 8000
CMD ["python", "-m", "app"]
"#;
