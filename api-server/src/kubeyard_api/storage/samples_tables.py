"""The table of the cluster's past."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from kubeyard_api.storage.base import Base, UtcDateTime


class SampleRow(Base):
    """What was seen of the cluster in the `step_seconds` from `at` on: sums over all looks, and the most.

    A step in which nobody saw the cluster has no row.
    """

    __tablename__ = "cluster_samples"

    step_seconds: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    looks: Mapped[int]
    memory_used_mb_sum: Mapped[int] = mapped_column(BigInteger)
    memory_used_mb_max: Mapped[int] = mapped_column(BigInteger)
    memory_pending_mb_sum: Mapped[int] = mapped_column(BigInteger)
    memory_pending_mb_max: Mapped[int] = mapped_column(BigInteger)
    memory_total_mb_sum: Mapped[int] = mapped_column(BigInteger)
    vcores_used_sum: Mapped[int] = mapped_column(BigInteger)
    vcores_used_max: Mapped[int] = mapped_column(BigInteger)
    vcores_pending_sum: Mapped[int] = mapped_column(BigInteger)
    vcores_pending_max: Mapped[int] = mapped_column(BigInteger)
    vcores_total_sum: Mapped[int] = mapped_column(BigInteger)
