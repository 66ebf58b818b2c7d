def forward(self, x: Tensor{rotationParameters}) -> Tensor:
    B, T, D = x.size(0), x.size(1), x.size(2)
    normed = torch.layer_norm(x, [D], self.norm1.weight, self.norm1.bias, {eps})
    qkv = torch.linear(normed, self.attn.qkv.weight, {qkvBias})  # [B, T, 3 D]
    parts = qkv.reshape([B, T, 3, {heads}, D // {heads}]).permute([2, 0, 3, 1, 4])  # [3, B, heads, T, d]
    mixed = torch.scaled_dot_product_attention({query}, {key}, parts[2], None, 0.0, False, scale={scale})
    attended = mixed.transpose(1, 2).reshape([B, T, D])
    x = x + {ls1}torch.linear(attended, self.attn.proj.weight, self.attn.proj.bias)
    normed = torch.layer_norm(x, [D], self.norm2.weight, self.norm2.bias, {eps})
    hidden = torch.linear(normed, self.mlp.fc1.weight, self.mlp.fc1.bias)
    return x + {ls2}torch.linear({activated}, self.mlp.fc2.weight, self.mlp.fc2.bias)
