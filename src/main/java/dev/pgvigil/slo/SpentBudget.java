package dev.pgvigil.slo;

/**
 * What an objective of a target has spent.
 *
 * @param badSeconds since this process began; they only ever grow
 * @param budgetSeconds bad seconds that the objective allows in its window
 */
public record SpentBudget(String objective, long badSeconds, double budgetSeconds) {}
