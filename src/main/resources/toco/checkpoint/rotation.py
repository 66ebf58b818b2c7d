def rotation(self, h: int, w: int) -> Tuple[Tensor, Tensor]:
    # cosines and sines [T, d] that rotate queries and keys; 1 and 0 for the tokens in front of the patches'
    periods = torch.tensor({periods}, device=self.cls_token.device).to(self.cls_token)  # [d / 4]
    rows = (torch.arange(h, device=self.cls_token.device) + 0.5) * 2.0 / h - 1.0
    columns = (torch.arange(w, device=self.cls_token.device) + 0.5) * 2.0 / w - 1.0
    y = rows.reshape([h, 1, 1]).expand([h, w, 1]) / periods
    x = columns.reshape([1, w, 1]).expand([h, w, 1]) / periods
    angles = torch.cat([y, x], 2).reshape([h * w, {headDim} // 2]) * 6.283185307179586
    cos = torch.cat([torch.cos(angles), torch.cos(angles)], 1)
    sin = torch.cat([-torch.sin(angles), torch.sin(angles)], 1)
    return torch.constant_pad_nd(cos, [0, 0, {prefixTokens}, 0], 1), torch.constant_pad_nd(sin, [0, 0, {prefixTokens}, 0], 0)
