"""What the reasons of losses are called."""

from pipeline.models.outcomes import LossReason


def loss_names() -> dict[str, str]:
    """Return the name of each reason by its code, those out of use too, in their order."""
    return dict(LossReason.objects.values_list("code", "name"))
