"""Logistic regression by L-BFGS from zero: small, and the same every time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Doubles = npt.NDArray[np.float64]


def fit_logistic(inputs: Doubles, wanted: npt.NDArray[np.bool_], penalty: float) -> Doubles:
    """Weights of the inputs (rows × features), the bias last. `penalty`: of |weights|² / 2 beside the mean loss."""
    rows = np.column_stack((inputs, np.ones(len(inputs)))).astype(np.float64)
    truth = wanted.astype(np.float64)

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        logits = rows @ weights
        held = np.append(weights[:-1], 0)
        value = float((np.logaddexp(0, logits) - truth * logits).mean()) + penalty / 2 * float(held @ held)
        slope: Doubles = rows.T @ (1 / (1 + np.exp(-logits)) - truth) / len(truth) + penalty * held
        return value, slope

    found: Doubles = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x
    return found
