"""The verbs that train and judge networks on a prepared set: train-teacher, paraphrase, distill, evaluate."""
