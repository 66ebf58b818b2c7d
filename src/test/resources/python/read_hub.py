"""Reads a folder in Hugging Face's layout and prints its weights and its card's data."""
import sys

from safetensors import safe_open
from safetensors.numpy import load_file
from huggingface_hub import ModelCard, ModelCardData, EvalResult

folder = sys.argv[1]
with safe_open(folder + "/model.safetensors", "numpy") as f:
    assert f.metadata() == {"format": "pt"}, f.metadata()
weights = load_file(folder + "/model.safetensors")
card = ModelCard.load(folder + "/README.md")
data = card.data
assert isinstance(data, ModelCardData)
print(len(weights), sum(w.size for w in weights.values()))
print(data.pipeline_tag, data.library_name, data.license, data.model_name)
for r in data.eval_results:
    assert isinstance(r, EvalResult)
    print(r.task_type, r.dataset_type, r.dataset_split, r.metric_type, repr(r.metric_value))
again = ModelCard(str(card))
assert again.data.to_dict() == data.to_dict()
