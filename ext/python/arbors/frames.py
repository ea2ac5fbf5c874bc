"""Arbors as tables of other libraries: each reads the collection's Arrow stream."""

from __future__ import annotations

from typing import Any


class Frames:
    """The ways from a collection of trees to Arrow, pandas, Polars and Parquet."""

    _session: Any
    _text: str
    _keep: tuple[object, ...]

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """A fresh Arrow stream, which reads when it is pulled, on any thread. Needs pyarrow or nanoarrow."""
        return self._arrow_source().capsule(requested_schema)

    def __arrow_c_schema__(self) -> Any:
        """The schema of the stream. Reads no trees."""
        return self._arrow_source().schema_capsule()

    def __narwhals_dataframe__(self) -> Any:
        """The trees as Narwhals, and so Vega-Altair, want them: read when they are taken. Needs pyarrow."""
        import narwhals  # whoever asks has it
        return narwhals.from_native(self.to_arrow(), eager_only=True)._compliant_frame

    def _arrow_source(self) -> Any:
        from . import arrow
        return arrow.Source(self._session, getattr(self, "_columns_plan", self._text), self)

    @property
    def last_error(self) -> BaseException | None:
        """What ended this object's last Arrow stream that failed: consumers tell its sentence alone."""
        from . import arrow
        return arrow.last_error(self)

    def to_arrow(self) -> Any:
        """A `pyarrow.Table`. Needs pyarrow.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1, "s": "a"}]).to_arrow().to_pylist()
        [{'n': 1, 's': 'a'}]
        """
        return self._arrow_source().table()

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame`. Needs pandas and pyarrow.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).to_pandas()["n"].sum().item()
        3
        """
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:
        """A `polars.DataFrame`. Needs Polars, and nothing else; with pyarrow it takes a third of the time.

        >>> import arbors
        >>> arbors.from_dicts([{"n": 1}, {"n": 2}]).to_polars()["n"].sum()
        3
        """
        try:
            import polars
        except ImportError:
            raise ImportError("to_polars() needs polars: pip install polars") from None
        import importlib.util
        source = self._arrow_source()
        if importlib.util.find_spec("pyarrow") is None:
            return polars.read_ipc_stream(source.reader())
        return polars.from_arrow(source.table())

    def to_parquet(self, path: Any, **options: Any) -> int:
        """Writes a Parquet file, batch by batch; it appears when it is whole. `options` are those of
        `pyarrow.parquet.ParquetWriter`. Gives the number of rows. Needs pyarrow.

        >>> import arbors, os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     arbors.from_dicts([{"n": 1}]).to_parquet(os.path.join(folder, "t.parquet"))
        1
        """
        from . import arrow
        return arrow.write_parquet(self._arrow_source(), path, options)
