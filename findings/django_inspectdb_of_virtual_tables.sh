#!/usr/bin/env bash
# Django 5.2.19 lists SQLite's virtual tables as tables, and looks for constraints in their SQL as if it were CREATE TABLE name (columns): of one that has no arguments, and so no parenthesis,
# `inspectdb` gives no model but an error of its own, though PRAGMA table_info, which it asks for the columns, knows them. One with arguments it reads. Output:
#   pages: error 'NoneType' object has no attribute 'match', columns 10
#   words: model Words, columns 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check django==5.2.19
cat > "$folder/models_of.py" <<'PY'
import io
import re

import django
from django.conf import settings
from django.core.management import call_command

settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}, INSTALLED_APPS=[])
django.setup()
from django.db import connection  # noqa: E402

with connection.cursor() as cursor:
    cursor.execute("CREATE VIRTUAL TABLE words USING fts5(title, body)")
    cursor.execute("CREATE VIRTUAL TABLE pages USING dbstat")
    for name in ("pages", "words"):
        written = io.StringIO()
        call_command("inspectdb", name, stdout=written)
        error = re.search("# The error was: (.*)", written.getvalue())
        said = f"error {error[1]}" if error else "model " + re.search(r"class (\w+)\(models.Model\)", written.getvalue())[1]
        columns = cursor.execute(f"PRAGMA table_info({name})").fetchall()
        print(f"{name}: {said}, columns {len(columns)}")
PY
"$folder/venv/bin/python" "$folder/models_of.py" | tee "$folder/output"
diff "$folder/output" - <<'WANT'
pages: error 'NoneType' object has no attribute 'match', columns 10
words: model Words, columns 2
WANT
